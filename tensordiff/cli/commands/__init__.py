"""One file a command: the arguments in, the text to print and the exit status out. It is imported when it is called."""
