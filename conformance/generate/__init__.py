"""Drawing programs: strategies of Hypothesis, and the reading of choices that they share."""
