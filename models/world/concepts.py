"""What a scene can show: the object concepts and the backgrounds, each with its plain name in both languages.

Icon names are those of the Iconify sets named in `artwork.py`; the vendors share them, so one name serves all (the one
that has its own is asked for the emoji).
"""

from dataclasses import dataclass

TRAIN_VENDORS = ("fluent", "noto")
UNSEEN_VENDOR = "twemoji"
# more drawings, on which only the models that look at pictures are trained: they should know objects, not two drawings
EXTRA_VENDORS = ("fluent-colour", "noto-blob", "emojitwo", "firefox", "streamline", "fluent-3d")
VENDORS = (*TRAIN_VENDORS, UNSEEN_VENDOR, *EXTRA_VENDORS)


@dataclass(frozen=True)
class Concept:
    """An object that a scene can show; `icon` is the emoji's name in every vendor's set."""

    id: str
    category: str
    icon: str
    emoji: str
    english: str
    chinese: str


@dataclass(frozen=True)
class Background:
    """A place in which the objects stand; the names follow "in"/"on" and 在…."""

    id: str
    english: str
    chinese: str


# category: lines of "id | icon | emoji | English | Chinese"; an empty icon means that it equals the id
_TABLE = {
    "animal": """
        cat | cat-face | 🐱 | cat | 猫
        dog | dog-face | 🐶 | dog | 狗
        rabbit | rabbit-face | 🐰 | rabbit | 兔子
        pig | pig-face | 🐷 | pig | 猪
        cow | cow-face | 🐮 | cow | 奶牛
        mouse | mouse-face | 🐭 | mouse | 老鼠
        panda | | 🐼 | panda | 熊猫
        bear | | 🐻 | bear | 熊
        lion | | 🦁 | lion | 狮子
        tiger | tiger-face | 🐯 | tiger | 老虎
        fox | | 🦊 | fox | 狐狸
        frog | | 🐸 | frog | 青蛙
        koala | | 🐨 | koala | 考拉
        monkey | monkey-face | 🐵 | monkey | 猴子
        elephant | | 🐘 | elephant | 大象
        giraffe | | 🦒 | giraffe | 长颈鹿
        camel | | 🐪 | camel | 骆驼
        horse | | 🐎 | horse | 马
        zebra | | 🦓 | zebra | 斑马
        sheep | ewe | 🐑 | sheep | 绵羊
        turtle | | 🐢 | turtle | 乌龟
        snake | | 🐍 | snake | 蛇
        crocodile | | 🐊 | crocodile | 鳄鱼
        dinosaur | sauropod | 🦕 | dinosaur | 恐龙
    """,
    "bird": """
        chick | front-facing-baby-chick | 🐥 | chick | 小鸡
        duck | | 🦆 | duck | 鸭子
        penguin | | 🐧 | penguin | 企鹅
        owl | | 🦉 | owl | 猫头鹰
        parrot | | 🦜 | parrot | 鹦鹉
        flamingo | | 🦩 | flamingo | 火烈鸟
    """,
    "sea animal": """
        fish | tropical-fish | 🐠 | fish | 鱼
        whale | spouting-whale | 🐳 | whale | 鲸鱼
        dolphin | | 🐬 | dolphin | 海豚
        shark | | 🦈 | shark | 鲨鱼
        octopus | | 🐙 | octopus | 章鱼
        crab | | 🦀 | crab | 螃蟹
    """,
    "insect": """
        butterfly | | 🦋 | butterfly | 蝴蝶
        bee | honeybee | 🐝 | bee | 蜜蜂
        ladybug | lady-beetle | 🐞 | ladybug | 瓢虫
        snail | | 🐌 | snail | 蜗牛
    """,
    "plant": """
        tree | deciduous-tree | 🌳 | tree | 大树
        pine-tree | evergreen-tree | 🌲 | pine tree | 松树
        palm-tree | | 🌴 | palm tree | 棕榈树
        cactus | | 🌵 | cactus | 仙人掌
        sunflower | | 🌻 | sunflower | 向日葵
        rose | | 🌹 | rose | 玫瑰
        tulip | | 🌷 | tulip | 郁金香
        mushroom | | 🍄 | mushroom | 蘑菇
        clover | four-leaf-clover | 🍀 | clover | 四叶草
        maple-leaf | | 🍁 | maple leaf | 枫叶
    """,
    "fruit": """
        red-apple | | 🍎 | red apple | 红苹果
        green-apple | | 🍏 | green apple | 青苹果
        lemon | | 🍋 | lemon | 柠檬
        grapes | | 🍇 | bunch of grapes | 葡萄
        strawberry | | 🍓 | strawberry | 草莓
        watermelon | | 🍉 | watermelon | 西瓜
        pineapple | | 🍍 | pineapple | 菠萝
        banana | | 🍌 | banana | 香蕉
        cherries | | 🍒 | pair of cherries | 樱桃
        pear | | 🍐 | pear | 梨
        tangerine | | 🍊 | orange | 橘子
        peach | | 🍑 | peach | 桃子
    """,
    "food": """
        carrot | | 🥕 | carrot | 胡萝卜
        corn | ear-of-corn | 🌽 | ear of corn | 玉米
        eggplant | | 🍆 | eggplant | 茄子
        broccoli | | 🥦 | broccoli | 西兰花
        hot-pepper | | 🌶️ | hot pepper | 辣椒
        bread | | 🍞 | loaf of bread | 面包
        pizza | | 🍕 | slice of pizza | 披萨
        hamburger | | 🍔 | hamburger | 汉堡
        hot-dog | | 🌭 | hot dog | 热狗
        fries | french-fries | 🍟 | box of fries | 薯条
        cake | birthday-cake | 🎂 | cake | 蛋糕
        doughnut | | 🍩 | doughnut | 甜甜圈
        ice-cream | soft-ice-cream | 🍦 | ice cream | 冰淇淋
        cheese | cheese-wedge | 🧀 | piece of cheese | 奶酪
        lollipop | | 🍭 | lollipop | 棒棒糖
        coffee | hot-beverage | ☕ | cup of coffee | 咖啡
    """,
    "building": """
        castle | | 🏰 | castle | 城堡
        house | house-with-garden | 🏡 | house | 房子
        church | | ⛪ | church | 教堂
        tent | | ⛺ | tent | 帐篷
        factory | | 🏭 | factory | 工厂
        ferris-wheel | | 🎡 | Ferris wheel | 摩天轮
        tower | tokyo-tower | 🗼 | tower | 铁塔
    """,
    "vehicle": """
        car | automobile | 🚗 | car | 汽车
        bus | | 🚌 | bus | 公共汽车
        fire-engine | | 🚒 | fire engine | 消防车
        bicycle | | 🚲 | bicycle | 自行车
        tractor | | 🚜 | tractor | 拖拉机
        train | locomotive | 🚂 | train | 火车
        rocket | | 🚀 | rocket | 火箭
        airplane | | ✈️ | airplane | 飞机
        helicopter | | 🚁 | helicopter | 直升机
        sailboat | | ⛵ | sailboat | 帆船
        ufo | flying-saucer | 🛸 | flying saucer | 飞碟
    """,
    "thing": """
        umbrella | | ☂️ | umbrella | 雨伞
        key | | 🔑 | key | 钥匙
        book | closed-book | 📕 | book | 书
        gift | wrapped-gift | 🎁 | gift | 礼物
        balloon | | 🎈 | balloon | 气球
        light-bulb | | 💡 | light bulb | 灯泡
        candle | | 🕯️ | candle | 蜡烛
        lantern | red-paper-lantern | 🏮 | lantern | 灯笼
        bell | | 🔔 | bell | 铃铛
        alarm-clock | | ⏰ | alarm clock | 闹钟
        camera | | 📷 | camera | 相机
        scissors | | ✂️ | pair of scissors | 剪刀
        teddy-bear | | 🧸 | teddy bear | 玩具熊
        robot | | 🤖 | robot | 机器人
        snowman | | ☃️ | snowman | 雪人
        trophy | | 🏆 | trophy | 奖杯
        gem | gem-stone | 💎 | gem | 宝石
    """,
    "clothing": """
        top-hat | | 🎩 | top hat | 礼帽
        crown | | 👑 | crown | 皇冠
        dress | | 👗 | dress | 连衣裙
        backpack | | 🎒 | backpack | 背包
    """,
    "play": """
        guitar | | 🎸 | guitar | 吉他
        drum | | 🥁 | drum | 鼓
        football | soccer-ball | ⚽ | football | 足球
        basketball | | 🏀 | basketball | 篮球
        kite | | 🪁 | kite | 风筝
    """,
    "nature": """
        star | | ⭐ | star | 星星
        rainbow | | 🌈 | rainbow | 彩虹
        cloud | | ☁️ | cloud | 云
        volcano | | 🌋 | volcano | 火山
        fire | | 🔥 | fire | 火
        snowflake | | ❄️ | snowflake | 雪花
    """,
}


def _parse() -> tuple[Concept, ...]:
    rows = []
    for category, lines in _TABLE.items():
        for line in lines.strip().splitlines():
            name, icon, emoji, english, chinese = (cell.strip() for cell in line.split("|"))
            rows.append(Concept(name, category, icon or name, emoji, english, chinese))
    return tuple(rows)


CONCEPTS = _parse()
BACKGROUNDS = (
    Background("night", "the night sky", "夜空"),
    Background("snow", "the snow", "雪地"),
    Background("beach", "the beach", "海滩"),
    Background("grass", "green grass", "草地"),
    Background("desert", "the desert", "沙漠"),
    Background("forest", "the forest", "森林"),
    Background("sea", "the deep sea", "海底"),
    Background("city", "the city", "城市"),
    Background("room", "a room", "房间"),
    Background("sunset", "the sunset", "夕阳"),
)
CONCEPT_BY_ID = {concept.id: concept for concept in CONCEPTS}
BACKGROUND_BY_ID = {background.id: background for background in BACKGROUNDS}
CONCEPT_INDEX = {concept.id: index for index, concept in enumerate(CONCEPTS)}
BACKGROUND_INDEX = {background.id: index for index, background in enumerate(BACKGROUNDS)}
