"""The judge: which OPD, and why. Pure: no clock, no database, no network."""
