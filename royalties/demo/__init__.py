"""A fictional society to look at: made by the portal's own services, the same each time, in demonstration mode only."""
