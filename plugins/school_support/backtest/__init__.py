"""The backtest: what the rules said of every school of England at a past day, beside what inspectors found afterwards."""
