"""`python -m edi_gateway` is `edi-gateway`."""

from edi_gateway.cli.main import main

main()
