"""What this group promises and allows, in one place. Later these become versioned rows that a request freezes."""

from datetime import timedelta

# A worker reads this from the first page on: an answer comes by then.
ANSWER_WITHIN = timedelta(days=7)
# What was begun and never sent is erased after so long.
FORGET_UNSENT_AFTER = timedelta(days=14)
# In whole units of the fund's currency: small grants, quickly, to many.
MOST_PER_REQUEST = 1000
LONGEST_STORY = 5000
