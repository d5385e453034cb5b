package com.fennimore.shop.seed;

import java.util.List;

/** The words that made-up products and customers are made of. */
final class Words {

    /** A group: its code, name, parent, and what is sold in it. */
    record Group(String code, String name, String parent, List<String> things) {}

    static final List<Group> GROUPS = List.of(
            new Group(
                    "TOO",
                    "Tools",
                    null,
                    List.of("Claw hammer", "Screwdriver set", "Combination pliers", "Spirit level", "Handsaw")),
            new Group(
                    "ELT", "Power tools", "TOO", List.of("Cordless drill 18 V", "Jigsaw", "Angle grinder", "Heat gun")),
            new Group(
                    "GAR",
                    "Garden",
                    null,
                    List.of("Garden hose 20 m", "Rose shears", "Wheelbarrow", "Watering can", "Rake")),
            new Group(
                    "SEE",
                    "Seeds & bulbs",
                    "GAR",
                    List.of("Tulip bulbs", "Lawn seed 1 kg", "Sunflower seeds", "Herb mix")),
            new Group(
                    "KIT",
                    "Kitchen",
                    null,
                    List.of("Küchenmesser 20 cm", "Frying pan", "Käsereibe", "Mixing bowl", "Salt & pepper mill")),
            new Group("TEA", "Tea & coffee", "KIT", List.of("Teapot 1 l", "Coffee grinder", "Cup \"Möwe\"", "Tea tin")),
            new Group(
                    "BED",
                    "Bed & bath",
                    null,
                    List.of("Feather pillow", "Bath towel", "Bettwäsche 135 x 200", "Bath mat")),
            new Group(
                    "OFF",
                    "Office",
                    null,
                    List.of("Fountain pen", "Ring binder", "Stapler", "Desk lamp", "Envelopes C5")),
            new Group(
                    "TOY",
                    "Toys",
                    null,
                    List.of("Wooden train", "Building blocks", "Teddy bear", "Kite", "Puzzle 500 pieces")),
            new Group(
                    "OUT",
                    "Outdoor",
                    null,
                    List.of("Tent for 2", "Sleeping bag", "Gas stove", "Rucksack 40 l", "Head torch")),
            new Group("BIK", "Bicycle", "OUT", List.of("Bicycle bell", "Repair kit", "Pannier", "Floor pump")),
            new Group("LIG", "Lighting", null, List.of("LED bulb E27", "Floor lamp", "Night light", "Fairy lights")),
            new Group("CLE", "Cleaning", null, List.of("Broom", "Window cleaner", "Microfibre cloths", "Bucket 10 l")),
            new Group("PET", "Pets", null, List.of("Dog lead", "Cat tree", "Bird feeder", "Fish food")),
            new Group(
                    "PAI", "Paint", "TOO", List.of("Wall paint white 10 l", "Paint brush", "Masking tape", "Varnish")));

    static final List<String> ADJECTIVES = List.of(
            "Sturdy",
            "Light",
            "Classic",
            "Small",
            "Large",
            "Foldable",
            "Handy",
            "Solid",
            "Blue",
            "Red",
            "Green",
            "Natural",
            "Professional",
            "Simple",
            "Fine",
            "Robust",
            "Compact",
            "Warm",
            "Grüner",
            "Süßer");

    static final List<String> MAKES = List.of(
            "Ahlbeck",
            "Börde",
            "Cordes",
            "Dünenhof",
            "Elbkant",
            "Fennimore",
            "Grünau",
            "Hafenwerk",
            "Isarline",
            "Jütland",
            "Kiefer",
            "Lindau",
            "Möwe",
            "Nordholz");

    /** Names that broke something once. */
    static final List<String> ODD = List.of(
            "  Hammer with two blanks before",
            "Tape, 50 % off_cut",
            "O'Neill's <b>best</b> & brightest",
            "Trailing blank ",
            "Müller-Lüdenscheidt's Größe XL",
            "\"Quoted\" cup; \\ backslash",
            "Nuts & bolts <assorted>",
            "Tab\there",
            "Café crème – 12 oz",
            "Null");

    static final List<String> FIRST = List.of(
            "Anna", "Bernd", "Clara", "Dörte", "Emil", "Frieda", "Günther", "Hanna", "Ida", "Jörg", "Karl", "Lena",
            "Mia", "Niels", "Olga", "Paul", "Rosa", "Søren", "Theo", "Ute", "Vera", "Wim", "Zoë");

    static final List<String> LAST = List.of(
            "Ahrens",
            "Bäcker",
            "Carstens",
            "D'Angelo",
            "Ebert",
            "Förster",
            "Groß",
            "Hansen",
            "Jäger",
            "Krüger",
            "Lange",
            "Möller",
            "Neumann",
            "Ohlsen",
            "Petersen",
            "Quast",
            "Richter",
            "Schröder",
            "Thiel",
            "Uhl",
            "Vogt",
            "Weiß",
            "von der Aue",
            "Zimmer");

    static final List<String> STREETS = List.of(
            "Hauptstraße",
            "Bahnhofstraße",
            "Gartenweg",
            "Am Markt",
            "Lindenallee",
            "Hafenstraße",
            "Mühlenweg",
            "Schulgasse");

    static final List<String> CITIES = List.of(
            "Hamburg",
            "Köln",
            "Leipzig",
            "München",
            "Nürnberg",
            "Flensburg",
            "Görlitz",
            "Lübeck",
            "Münster",
            "Rostock");

    static final List<String> REMARKS = List.of(
            "please ring twice",
            "gift, no invoice in the parcel",
            "leave with neighbour O'Brien & co",
            "",
            "Lieferung nur vormittags",
            "call before delivery\nthank you");

    private Words() {}
}
