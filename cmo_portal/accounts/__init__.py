"""Who signs in: one User by e-mail for staff, members and licensees; second factor; staff roles; invitations."""
