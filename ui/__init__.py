"""The command line and the chat page; nothing here decides anything about answers."""
