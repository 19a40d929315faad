"""Names that no English authority has, and the makings of school names."""

from __future__ import annotations

REGIONS = (
    "East of England",
    "East Midlands",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and the Humber",
)

AUTHORITIES = (
    "Aldermarsh", "Brackenford", "Caldermoor", "Dunmarrow", "Elvershire", "Farrowdale", "Glenhaven",
    "Harkwell", "Innismouth", "Jarrowby Vale", "Kestrelshire", "Langmarsh", "Merrowdown", "Netherwyke",
    "Ormsford", "Penharrow", "Quillington", "Ravenholt", "Saltmarket", "Tarrowshire", "Underhallow",
    "Vexborough", "Wealdhampton", "Yarrowmouth", "Ashenvale", "Birchester", "Copperwold", "Dovershire",
    "Emberley", "Foxhampton", "Greyminster", "Hollowshire", "Ivelborough", "Kilnford", "Larkhaven",
    "Mosswick", "Northmere", "Oakenshire", "Pellborough", "Ridgehaven",
)  # fmt: skip

PLACE_STARTS = (
    "Alder", "Ash", "Barrow", "Beck", "Birk", "Black", "Brad", "Brook", "Burn", "Cold", "Copper", "Crow",
    "Dove", "East", "Elm", "Fair", "Fern", "Fox", "Gold", "Green", "Hare", "Hazel", "High", "Holm", "King",
    "Lark", "Lin", "Long", "Maple", "Mill", "Moor", "North", "Oak", "Otter", "Pen", "Raven", "Red", "Rook",
    "Rush", "Sedge", "Silver", "South", "Stone", "Swan", "Thorn", "Upper", "West", "Whin", "Willow", "Wood",
)  # fmt: skip

PLACE_ENDS = (
    "acre", "bourne", "bridge", "brook", "bury", "cliffe", "combe", "croft", "dale", "den", "field", "ford",
    "gate", "grove", "ham", "hithe", "holt", "hurst", "land", "ley", "low", "mead", "mere", "more", "ridge",
    "stead", "stow", "thorpe", "well", "wick",
)  # fmt: skip

SAINTS = (
    "Aelred", "Aldhelm", "Alphege", "Bega", "Benet", "Boniface", "Cedd", "Chad", "Cuthbert", "Dunstan",
    "Edith", "Felix", "Frideswide", "Godric", "Hilda", "Jude", "Kenelm", "Mildred", "Neot", "Oswin",
    "Paulinus", "Swithun", "Werburgh", "Wilfrid",
)  # fmt: skip

STREETS = (
    "Church Lane", "School Road", "Mill Street", "Station Road", "The Drove", "Park Avenue", "Chapel Street",
    "Orchard Way", "Manor Road", "Bridge Street", "Fen Road", "Queen Street",
)  # fmt: skip

# Of people. The surnames are nobody's and in no name of a school or place.
WOMEN = (
    "Alice", "Amina", "Beth", "Carys", "Dora", "Elena", "Farah", "Grace", "Hannah", "Imogen", "Joan", "Kavita",
    "Leah", "Maeve", "Nadia", "Orla", "Priya", "Ruth", "Sunita", "Tess",
)  # fmt: skip
MEN = (
    "Adam", "Bilal", "Callum", "Dev", "Edwin", "Femi", "Gareth", "Hugh", "Idris", "Jacob", "Kofi", "Liam",
    "Marek", "Neil", "Omar", "Piotr", "Rohan", "Simon", "Tomos", "Victor",
)  # fmt: skip
SURNAMES = tuple(
    start + end
    for start in (
        "Brax", "Cask", "Drumm", "Fossi", "Gant", "Hobbi", "Jessa", "Kirra", "Lorri", "Merri", "Nettle", "Orri",
        "Pothe", "Quillo", "Rumma", "Skelli", "Tamm", "Vandel", "Wendle", "Yarba", "Zeal",
    )
    for end in ("bock", "dyce", "gett", "kiss", "lard", "mond", "nott", "pell", "rick", "tock", "vane", "wright")
)  # fmt: skip
