"""What members see of their money: home, statements, and why each amount is what it is."""
