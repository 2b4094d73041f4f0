//! Words that stand on no list of passwords, as people put into passphrases: plain, long, foreign and made up.

/// Some are walks or repetitions in part (`tower`, `murmur`), so that rules which see those everywhere fail.
pub(crate) const WORDS: &str = "abacus abridge acorn actuary adjourn aerate afield agouti airlock alcove alewife almanac \
    ambush amulet anvil apiece apogee aquifer arbour arcane armful ascot asphalt aspic astute atoll avocet awning axle \
    azure backlog bagpipe balsa bandage baritone barley bashful baste bauble bayou beaker befall begonia belfry bequest \
    berate bicker bilge birdbath biscuit blanch bloat bobbin boggle bollard borough bouquet bracken bramble brazen \
    brisket brochure buckwheat bulwark bumpkin burlap bushel buttress cadence calamity calico canopy caraway carve \
    casket catkin cauldron caulk cavern celery chaffinch chalice chisel chutney cinder citadel clamber clarinet clavicle \
    cobble cobweb codfish collage colander conifer copse cormorant cornice corrode courtyard coward cowslip cranny \
    credence crescent crevice crochet crouton crumble cudgel culvert curdle currant cutlery cymbal dabble daffodil \
    dandruff daub dawdle debrief decanter defer deflate deluge demurely derelict dewdrop digress dimple dinghy dismount \
    divvy dogwood doily dollop domicile dovetail drab drawbridge dredge drench drizzle drowsy dunce duvet dwelt earwig \
    easel eavesdrop eclair eddy eerie effigy eggplant eider elapse elbow elder elixir ember embroider emulsion encroach \
    endive enamel enzyme epaulette ermine errand espalier ether evict ewer exhale eyelet fable facet falsetto farthing \
    fathom fawn feather fennel ferret fescue fetlock fiddle figment filigree fissure fjord flagstone flannel flaunt \
    fledgling flounder flue fodder foible folio footpath foray forlorn fossil foxglove fracas freckle fresco frieze \
    fritter froth fuchsia fumble furrow gable gaggle gallop gander gargle garnish gasket gauze gazebo gerbil gherkin \
    gimlet girder glacier glaze glisten glower gnarled goblet gondola gosling gourd grapple gravel grenadine grizzled \
    grommet grotto grouse gruel guava guffaw gusset haddock haggle halibut hammock handrail harangue harrow hassock \
    haughty hazelnut heather hedgehogs hemlock herbal heron hiccup hinge hoarfrost hobnail hollyhock homily horseradish \
    hovel huddle humdrum hurdle hyssop icicle igloo inkwell inlet isthmus jackdaw jamboree jaunty jetsam jostle jowl \
    jugular juniper kedgeree kelp kerchief kettle kiln kindle kipper knapsack knead knoll labyrinth lacquer ladle lagoon \
    lament lanyard larder lather lattice lectern leeward lentil leotard lichen lilac limerick linden linseed lintel \
    lozenge lumber lurch lyric mackerel magnolia mahogany mallow mandolin mantis marmalade marrow marsupial marzipan \
    maxim meadow medley meringue midriff mildew millet minnow mitten moat molasses mongrel moraine mortar mosaic mottled \
    mulberry mulch murmur mustard muzzle myrtle narwhal nasturtium nettle newt nibble nougat nozzle nutmeg oatmeal obelisk \
    obtuse ochre octave odour ogle ointment okra omelette onyx opaque orate orchid oregano oriole osprey otter oxbow \
    oyster paddock pageant palette pamphlet pangolin parapet parsley parsnip pastry pauper pebble pelican pendulum \
    peony perch perforate periwinkle pewter pheasant pickle pigment pilaster pillow pincer pinafore pistachio plaid \
    plankton plinth plover plum plumage poach poplar porridge portico posy poultice powder prairie prawn prism privet \
    prow puddle puffin pulley pumice purser putty quail quagmire quarry quaver quibble quilt quince quiver rafter ragwort \
    ramble ratchet raven ravine rebuff redress reed refer regatta reindeer relish repertoire reservoir retort rhubarb \
    ricochet riddle rivet roost rosehip rosette rotund rowan rudder ruffle rummage runnel rustle saddle saffron sago \
    salsify sandal sapling sardine satchel savoury sawdust scabbard scallop scarecrow schooner scone scrimp scullery \
    sedge seesaw selvage serrated sextant shingle shoal shrew shrubbery sieve silt simmer siphon skein skewer skillet \
    skittle slalom sledge sleet slither sloop sluice smelt smithy snail snippet snore soffit solder sorrel spatula \
    spindle spinet sponge sprocket squall squander squash squid squirm stallion starling steeple stencil stile stirrup \
    stoat strew strudel stubble sultana sundial swallow swathe swerve sycamore syrup tadpole tallow tangerine tapestry \
    tarpaulin tassel teapot tendril tepid terrace thatch thicket thimble thistle thrush tiller timber tinsel toboggan \
    toffee topple torrent tower treacle trellis trestle trickle trinket trombone trough trousers trowel tundra turmeric \
    turnip turret tweed twine udder umbrella undertow unfurl upholster urchin valance vellum veneer verandah vermilion \
    vestibule viaduct vinegar violet vixen wafer wainscot walnut warble wattle weasel weathervane weir wheelbarrow whelk \
    whimper whittle wicker widower wigeon willow windlass winnow wisteria wolkenbruch woodbine wren wriggle yarrow yawl \
    yeoman yodel zephyr zinnia zither krabi\u{161}ka \u{f6}lkanne ma\u{f1}ana gr\u{fc}nspecht \u{43c}\u{43e}\u{440}\u{43a}\u{43e}\u{432}\u{44c} \
    \u{43a}\u{43e}\u{43b}\u{43e}\u{43a}\u{43e}\u{43b}";
