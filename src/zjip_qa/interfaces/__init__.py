"""Ways in from outside: the command line and the web page. Nothing imports this room."""
