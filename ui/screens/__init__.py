"""The pages of the dashboard, one a file. Each draws plain data from the rooms below and decides nothing."""
