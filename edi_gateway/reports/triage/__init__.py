"""Cases, and one case whole: what a person who triages looks at."""
