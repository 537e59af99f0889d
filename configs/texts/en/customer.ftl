# The customers' page.
customer-title = How did we do today?
customer-touch = Touch one face. Nothing is kept of who you are.
customer-face-very-well = Very well
customer-face-well = Well
customer-face-not-so-well = Not so well
customer-face-badly = Badly
customer-thanks = Thank you!
customer-thanks-means = Your answer is counted together with those of many others.
customer-back = Back to the question
customer-not-kept = Your answer could not be kept just now.
