"""The two gates: suites of expectations at the boundaries, run severity-aware, recorded, shown as Data Docs."""
