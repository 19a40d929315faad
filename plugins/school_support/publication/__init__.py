"""From a candidate to an edition: freeze, approve, publish; nothing is visible before it passed."""
