"""What the documentation desk does: registering works, importing registration files, opening and closing disputes."""
