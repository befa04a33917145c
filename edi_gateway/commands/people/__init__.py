"""Commands about people: signing in, passwords, second factors, tokens of machines."""
