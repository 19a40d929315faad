"""The lists of past years, made as they would have been made then: planned, staged, compared, completed or cancelled."""
