"""What the pages of the dashboard share: who may look, what is loaded once, and how other people's words are drawn."""
