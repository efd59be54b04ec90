"""A card carried to where the leads are, scoring there as it does here."""
