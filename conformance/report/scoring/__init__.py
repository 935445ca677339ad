"""Results → the score: what each case comes to, and the counts."""
