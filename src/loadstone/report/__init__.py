"""What loadstone can say of imports: `explain`, `trace` and `doctor`, as records and as text."""
