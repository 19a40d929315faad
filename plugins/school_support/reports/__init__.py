"""What people read of an edition: the internal and the public page, and the files for spreadsheets and BI tools."""
