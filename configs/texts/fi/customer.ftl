# Asiakkaan sivu.
customer-title = Miten onnistuimme tänään?
customer-touch = Kosketa kasvoja, jotka vastaavat käyntiäsi. Sinusta ei tallenneta mitään.
customer-face-very-well = Erinomaisesti
customer-face-well = Hyvin
customer-face-not-so-well = Kohtalaisesti
customer-face-badly = Huonosti
customer-thanks = Kiitos!
customer-thanks-means = Vastauksesi lasketaan yhteen monen muun vastauksen kanssa.
customer-back = Takaisin kysymykseen
customer-not-kept = Vastaustasi ei juuri nyt voitu tallentaa.
