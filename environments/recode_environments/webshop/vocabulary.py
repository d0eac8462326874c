"""What the made-up catalogue is made of: types of products, their attributes and options, names of makers.

A type is a paragraph of `TYPES`: category; search phrase; noun; levels of the product category; lowest and
highest price in dollars; names of option groups; attributes. No attribute of a type is like another of the
same type, or part of what every product of the type says: a test makes sure, because a product that is to
lack an attribute must really lack it.
"""

from __future__ import annotations

from dataclasses import dataclass

from recode_environments.webshop.product import LEVEL_MARK


@dataclass(frozen=True)
class ProductType:
    """A type of products."""

    category: str
    query: str
    noun: str
    levels: str
    # Dollars.
    low: int
    high: int
    groups: tuple[str, ...]
    attributes: tuple[str, ...]


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def phrases(text: str) -> list[str]:
    """What commas part in a text."""
    return text.split(", ")


OPTION_VALUES = {
    "color": phrases(
        "black, white, navy, burgundy, olive, khaki, teal, coral, lavender, beige, mustard, ivory, magenta"
    ),
    "size": phrases("x-small, small, medium, large, xx-large, 3x-large"),
    "shoe size": phrases("5 narrow, 6 wide, 7 regular, 8 petite, 9 broad, 10 relaxed"),
    "scent": phrases("bergamot, cedarwood, jasmine, eucalyptus, vanilla, unscented, sea breeze, grapefruit"),
    "flavor": phrases(
        "dark cherry, salted almond, maple, hazelnut, blueberry, cinnamon, spicy chili, lemongrass"
    ),
    "bottle": phrases("travel bottle, standard pump, refill pouch, salon canister"),
    "pack": phrases("single, twin set, family carton, bulk crate"),
    "finish": phrases(
        "brushed nickel, matte lacquer, weathered oak, antique brass, glossy resin, rustic pine"
    ),
    "dimensions": phrases("24 in wide, three foot long, half meter square, oversized runner, narrow hallway"),
    "capacity": phrases("sixteen gigabytes, one terabyte, half terabyte, basic"),
    "connector": phrases("usb-c, lightning plug, micro b, barrel jack"),
    "style": phrases("classic, modern loft, farmhouse, minimalist, vintage print"),
    "shade": phrases("porcelain, warm honey, deep espresso, rosewood, soft almond, cool mocha"),
}

TYPES = """
fashion; women's jumpsuits; Jumpsuit; Clothing, Shoes & Jewelry > Women > Clothing > Jumpsuits; 18 70; color,
size; slim fit, machine wash, polyester spandex, long sleeve, daily wear, wide leg, elastic waist, tummy
control, v-neck

fashion; men's dress shirts; Dress Shirt; Clothing, Shoes & Jewelry > Men > Clothing > Shirts; 15 60; color,
size; button closure, wrinkle resistant, regular cut, short sleeve, moisture wicking, classic collar, hand
wash, pure cotton

fashion; women's running shoes; Running Shoe; Clothing, Shoes & Jewelry > Women > Shoes > Athletic; 35 120;
color, shoe size; rubber sole, arch support, memory foam, lace up, breathable mesh, non slip, ankle strap,
vegan leather

fashion; men's hiking boots; Hiking Boot; Clothing, Shoes & Jewelry > Men > Shoes > Outdoor; 45 160; color,
shoe size; steel toe, water resistant, leather upper, ankle support, anti slip, quick lace, wool lining, shock
absorbing

fashion; winter coats; Winter Coat; Clothing, Shoes & Jewelry > Women > Clothing > Coats; 40 190; color, size,
style; faux fur, down filling, zip closure, detachable hood, wind proof, inner pocket, knee length, dry clean

fashion; swim trunks; Swim Trunks; Clothing, Shoes & Jewelry > Men > Clothing > Swim; 12 45; color, size;
drawstring closure, quick drying, mesh lining, cargo pocket, stretch fabric, tropical print, sun protection,
relaxed seat

fashion; girls' dresses; Girls Dress; Clothing, Shoes & Jewelry > Girls > Clothing > Dresses; 14 55; color,
size; puff sleeve, floral pattern, soft tulle, party wear, back zipper, cotton lining, knee skirt, bow tie

fashion; yoga leggings; Yoga Leggings; Clothing, Shoes & Jewelry > Women > Clothing > Active; 15 65; color,
size, pack; high waist, tummy panel, four way stretch, squat proof, side pocket, butt lifting, sweat wicking,
seamless knit

beauty; shampoo; Shampoo; Beauty & Personal Care > Hair Care > Shampoos; 7 40; scent, bottle; sulfate free,
tea tree, cruelty free, natural ingredients, damaged hair, color safe, anti dandruff, argan oil, long lasting

beauty; face moisturizer; Face Moisturizer; Beauty & Personal Care > Skin Care > Face; 9 65; scent, bottle;
hyaluronic acid, fragrance free, sensitive skin, anti aging, fine lines, oil control, dermatologist tested,
green tea

beauty; lipstick sets; Lipstick; Beauty & Personal Care > Makeup > Lips; 6 35; shade, pack; smudge proof,
highly pigmented, vitamin e, long wear, paraben free, matte look, easy apply, rose extract

beauty; electric toothbrushes; Electric Toothbrush; Beauty & Personal Care > Oral Care > Toothbrushes; 18 110;
color, pack; whitens teeth, gum health, sonic cleaning, bad breath, soft bristles, smart timer, stain removal

beauty; nail polish; Nail Polish; Beauty & Personal Care > Foot, Hand & Nail Care > Polish; 4 22; shade, pack;
non toxic, chip resistant, fast drying, gel effect, high gloss, plant based, uv cured, nail strengthening

beauty; hair dryers; Hair Dryer; Beauty & Personal Care > Hair Care > Styling Tools; 22 150; color, style;
ionic care, low noise, heat protection, cool shot, foldable handle, diffuser attachment, dual voltage, fast
blow

beauty; perfume; Eau de Parfum; Beauty & Personal Care > Fragrance > Women's; 15 120; scent, bottle; alcohol
free, travel friendly, woody base, citrus top, lasting trail, gift box, hand poured, organic essence

beauty; makeup brushes; Makeup Brush Set; Beauty & Personal Care > Tools & Accessories > Brushes; 8 48; color,
pack; synthetic hair, eye shadow, easy clean, bamboo handle, powder blending, storage pouch, vegan bristles,
dense head

garden; console tables; Console Table; Home & Kitchen > Furniture > Living Room Furniture > Tables; 60 260;
finish, dimensions; solid wood, easy assemble, storage space, metal legs, mid century, tempered glass, two
drawers

garden; area rugs; Area Rug; Home & Kitchen > Home Decor > Rugs; 25 220; color, dimensions, style; hand woven,
spot clean, stain resistant, non shedding, thick pile, jute fiber, pet friendly, low maintenance

garden; floor lamps; Floor Lamp; Tools & Home Improvement > Lighting & Ceiling Fans > Lamps; 30 170; finish,
style; dimmable light, foot switch, bronze arm, linen drum, height adjustable, energy saving, remote control,
sturdy base

garden; throw pillows; Throw Pillow; Home & Kitchen > Bedding > Decorative Pillows; 9 50; color, style, pack;
super soft, hidden zipper, double sided, washable cover, velvet fabric, tassel trim, eco filling, fade
resistant

garden; patio chairs; Patio Chair; Patio, Lawn & Garden > Patio Furniture > Chairs; 40 210; color, pack;
weather resistant, powder coated, folding frame, cup holder, padded seat, heavy duty, teak slats, lumbar
support

garden; curtains; Window Curtain; Home & Kitchen > Home Decor > Window Treatments; 14 80; color, dimensions;
blackout weave, thermal insulated, grommet top, machine washable, noise reducing, sheer voile, rod pocket,
living room

garden; storage baskets; Storage Basket; Home & Kitchen > Storage & Organization > Baskets; 11 60; color,
pack; rope handles, collapsible design, water hyacinth, removable liner, stackable shape, space saving, woven
seagrass

garden; bed frames; Bed Frame; Home & Kitchen > Furniture > Bedroom Furniture > Beds; 90 420; finish, style;
box spring free, upholstered headboard, under bed drawers, steel slats, easy setup, noise free, charging
station

grocery; protein bars; Protein Bar; Grocery & Gourmet Food > Snack Foods > Bars; 8 45; flavor, pack; gluten
free, non gmo, high fiber, dairy free, low sugar, plant protein, soy free, keto friendly

grocery; ground coffee; Ground Coffee; Grocery & Gourmet Food > Beverages > Coffee; 9 48; flavor, pack; fair
trade, dark roast, single origin, low acid, certified organic, caffeine free, shade grown, french press

grocery; herbal tea; Herbal Tea; Grocery & Gourmet Food > Beverages > Tea; 5 32; flavor, pack; usda organic,
individually wrapped, zero calories, loose leaf, kosher certified, real fruit, compostable bags

grocery; trail mix; Trail Mix; Grocery & Gourmet Food > Snack Foods > Nuts; 7 42; flavor, pack; lightly
salted, resealable bag, no artificial colors, dry roasted, trans fat free, peanut free, energy boost

grocery; hot sauce; Hot Sauce; Grocery & Gourmet Food > Condiments > Sauces; 5 28; flavor, bottle; extra heat,
fermented peppers, sugar free, small batch, glass jar, fat free, smoky taste, gift ready

grocery; granola; Granola; Grocery & Gourmet Food > Breakfast Foods > Cereal; 6 36; flavor, pack; whole grain,
nut free, old fashioned, honey sweetened, ancient grains, freezer safe, bpa free, quality ingredients

grocery; pasta; Pasta; Grocery & Gourmet Food > Pantry > Noodles; 5 30; flavor, pack; bronze cut, egg free,
chickpea flour, quick cook, imported italy, low carb, stone milled, kid friendly

electronics; headphones; Headphones; Electronics > Headphones > Over-Ear; 20 240; color, style; noise
cancelling, high definition, fast charging, easy carry, hands free, stereo sound, deep bass, foldable band

electronics; phone cases; Phone Case; Cell Phones & Accessories > Cases > Basic Cases; 7 38; color, style;
wireless charging, shock proof, card slot, kickstand stand, glass screen, slim profile, drop tested, anti
yellow

electronics; smart watches; Smart Watch; Electronics > Wearable Technology > Watches; 35 280; color, size;
heart rate, sleep tracking, water proof, touch screen, long battery, gps route, message alerts, quick release

electronics; portable speakers; Portable Speaker; Electronics > Portable Audio > Speakers; 18 160; color,
pack; bluetooth pairing, dust resistant, surround sound, built microphone, light show, usb port, hour
playtime, carrying strap

electronics; charging cables; Charging Cable; Electronics > Accessories > Cables; 6 30; color, connector,
pack; gold plated, nylon braided, high speed, tangle free, aluminum alloy, data sync, ten feet, led indicator

electronics; security cameras; Security Camera; Electronics > Camera & Photo > Surveillance; 28 190; capacity,
pack; night vision, motion detection, two way audio, solar powered, cloud storage, wide angle, weather sealed,
siren alarm

electronics; tablets; Tablet; Electronics > Computers & Tablets > Tablets; 70 420; color, capacity; quad core,
dual band, ips panel, stylus pen, kids mode, stereo speakers, front camera, lightweight body

electronics; computer keyboards; Keyboard; Electronics > Computer Accessories > Keyboards; 16 140; color,
connector; mechanical switches, rgb backlit, wrist rest, plug play, quiet keys, compact layout, spill proof,
multi device

electronics; tv mounts; TV Mount; Electronics > Television & Video > Mounts; 17 120; finish, pack; full
motion, easy install, cable management, tilt swivel, heavy load, carbon steel, bubble level, corner wall
"""

MAKERS = words("""
Acmera Alderon Belvita Borealis Brightwell Calyra Cindral Corvane Dovetail Dunmore Elmore Everlane Fenwick
Ferrano Galwick Glenora Harrowby Helvia Ironbark Islay Jorvik Juniper Kestrel Kinloch Larkin Lumora Marlowe
Mirano Norvell Nuvola Oakhurst Orsino Pembry Piperel Quarrie Quillan Ravello Rookwood Saltire Solenne Tamsin
Thornby Umbra Upland Valdera Verity Wexley Windrow Xandor Yarrow Yvelle Zephra Zindel
""")

MODELS = words("""
Alto Apex Arbor Atlas Aura Basin Beacon Bliss Breeze Canyon Cedar Chorus Cirrus Clover Comet Crest Delta Drift
Dune Echo Ember Fable Falcon Fjord Flint Forge Glade Grove Halo Harbor Haven Hazel Helix Iris Jade Karma
Lagoon Lark Linden Lotus Lumen Lyric Maple Mesa Mirage Mosaic Nimbus Nova Onyx Opal Orbit Petal Pinnacle
Prairie Prism Quest Ridge Ripple Sage Sierra Sol Summit Terra Tidal Trail Umber Vale Vista Willow Zenith
""")


def product_types() -> list[ProductType]:
    """The types of `TYPES`, in its order."""
    return [product_type(" ".join(paragraph.split())) for paragraph in TYPES.strip().split("\n\n")]


def product_type(text: str) -> ProductType:
    category, query, noun, levels, prices, groups, attributes = (part.strip() for part in text.split(";"))
    low, high = (int(price) for price in prices.split())
    return ProductType(
        category=category,
        query=query,
        noun=noun,
        levels=levels.replace(">", LEVEL_MARK),
        low=low,
        high=high,
        groups=tuple(name.strip() for name in groups.split(",")),
        attributes=tuple(name.strip() for name in attributes.split(",")),
    )
