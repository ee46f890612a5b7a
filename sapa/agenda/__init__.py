"""The Wednesday table: candidates, score, plan, week, sheet."""
