"""What the society does about members: applying, reviewing, admitting, bank details, parties."""
