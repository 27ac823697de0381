"""What every endpoint of the API shares: answers to faults, limits, readers of bodies. Endpoints live in their apps."""
