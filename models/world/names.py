"""What people call the things of the world, in English and Chinese, with plurals and measure words.

The names began as the CLDR annotations of each emoji (npm `cldr-annotations-full` 48, Unicode licence) and were then
written by hand: CLDR says "automobile" and 猫脸 where people say "car" and 猫. The first name is the plain one.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Names of one concept: English (singular, plural) pairs, Chinese names, and the Chinese measure word."""

    english: tuple[tuple[str, str], ...]
    chinese: tuple[str, ...]
    measure: str


# id | English names, "singular/plural" where the plural is not regular | Chinese names | measure word
_TABLE = """
cat | cat, kitty, kitten | 猫, 猫咪, 小猫 | 只
dog | dog, puppy | 狗, 小狗, 狗狗 | 只
rabbit | rabbit, bunny | 兔子, 兔, 小白兔 | 只
pig | pig, piglet | 猪, 小猪 | 头
cow | cow | 奶牛, 牛, 母牛 | 头
mouse | mouse/mice | 老鼠, 小老鼠, 鼠 | 只
panda | panda, panda bear | 熊猫, 大熊猫 | 只
bear | bear, brown bear | 熊, 棕熊 | 只
lion | lion | 狮子, 雄狮 | 头
tiger | tiger | 老虎, 虎 | 只
fox | fox | 狐狸, 小狐狸 | 只
frog | frog | 青蛙, 蛙 | 只
koala | koala, koala bear | 考拉, 树袋熊 | 只
monkey | monkey | 猴子, 小猴, 猴 | 只
elephant | elephant | 大象, 象 | 头
giraffe | giraffe | 长颈鹿 | 只
camel | camel | 骆驼 | 头
horse | horse, pony | 马, 骏马 | 匹
zebra | zebra | 斑马 | 匹
sheep | sheep/sheep, lamb | 绵羊, 羊, 小羊 | 只
turtle | turtle, tortoise | 乌龟, 海龟, 龟 | 只
snake | snake | 蛇 | 条
crocodile | crocodile, alligator | 鳄鱼 | 条
dinosaur | dinosaur | 恐龙 | 只
chick | chick, baby chick | 小鸡, 雏鸡 | 只
duck | duck | 鸭子, 鸭, 小鸭 | 只
penguin | penguin | 企鹅 | 只
owl | owl | 猫头鹰 | 只
parrot | parrot | 鹦鹉 | 只
flamingo | flamingo | 火烈鸟 | 只
fish | fish/fish, tropical fish/tropical fish | 鱼, 热带鱼, 小鱼 | 条
whale | whale | 鲸鱼, 鲸 | 头
dolphin | dolphin | 海豚 | 只
shark | shark | 鲨鱼 | 条
octopus | octopus | 章鱼, 八爪鱼 | 只
crab | crab | 螃蟹, 蟹 | 只
butterfly | butterfly | 蝴蝶 | 只
bee | bee, honeybee | 蜜蜂 | 只
ladybug | ladybug, ladybird | 瓢虫 | 只
snail | snail | 蜗牛 | 只
tree | tree, leafy tree | 大树, 树 | 棵
pine-tree | pine tree, pine, fir tree | 松树, 杉树 | 棵
palm-tree | palm tree, palm | 棕榈树, 椰子树 | 棵
cactus | cactus | 仙人掌 | 棵
sunflower | sunflower | 向日葵, 太阳花 | 朵
rose | rose, red rose | 玫瑰, 玫瑰花, 红玫瑰 | 朵
tulip | tulip | 郁金香 | 朵
mushroom | mushroom, toadstool | 蘑菇 | 个
clover | clover, four-leaf clover | 四叶草, 幸运草 | 片
maple-leaf | maple leaf/maple leaves | 枫叶, 红叶 | 片
red-apple | red apple, apple | 红苹果, 苹果 | 个
green-apple | green apple | 青苹果, 绿苹果 | 个
lemon | lemon | 柠檬 | 个
grapes | bunch of grapes/bunches of grapes | 葡萄 | 串
strawberry | strawberry | 草莓 | 颗
watermelon | watermelon, slice of watermelon/slices of watermelon | 西瓜 | 块
pineapple | pineapple | 菠萝, 凤梨 | 个
banana | banana | 香蕉 | 根
cherries | pair of cherries/pairs of cherries, cherry | 樱桃 | 颗
pear | pear | 梨, 梨子 | 个
tangerine | orange, tangerine, mandarin | 橘子, 橙子, 桔子 | 个
peach | peach | 桃子, 桃 | 个
carrot | carrot | 胡萝卜 | 根
corn | ear of corn/ears of corn, corn cob | 玉米 | 根
eggplant | eggplant, aubergine | 茄子 | 个
broccoli | broccoli/broccoli, head of broccoli/heads of broccoli | 西兰花 | 棵
hot-pepper | hot pepper, chili pepper, red pepper | 辣椒, 红辣椒 | 根
bread | loaf of bread/loaves of bread | 面包 | 块
pizza | slice of pizza/slices of pizza, pizza | 披萨, 比萨 | 块
hamburger | hamburger, burger | 汉堡, 汉堡包 | 个
hot-dog | hot dog, hotdog | 热狗 | 个
fries | box of fries/boxes of fries, portion of french fries/portions of french fries | 薯条 | 份
cake | cake, birthday cake | 蛋糕, 生日蛋糕 | 个
doughnut | doughnut, donut | 甜甜圈 | 个
ice-cream | ice cream, ice cream cone | 冰淇淋, 冰激凌 | 个
cheese | piece of cheese/pieces of cheese, wedge of cheese/wedges of cheese | 奶酪, 芝士 | 块
lollipop | lollipop | 棒棒糖 | 根
coffee | cup of coffee/cups of coffee, hot coffee | 咖啡, 热咖啡 | 杯
castle | castle, fortress | 城堡, 古堡 | 座
house | house, cottage | 房子, 小屋, 房屋 | 座
church | church, chapel | 教堂 | 座
tent | tent | 帐篷 | 顶
factory | factory | 工厂 | 座
ferris-wheel | Ferris wheel | 摩天轮 | 座
tower | tower, steel tower | 铁塔, 高塔, 塔 | 座
car | car, automobile, red car | 汽车, 轿车, 小汽车 | 辆
bus | bus | 公共汽车, 公交车, 巴士 | 辆
fire-engine | fire engine, fire truck | 消防车, 救火车 | 辆
bicycle | bicycle, bike | 自行车, 单车 | 辆
tractor | tractor | 拖拉机 | 辆
train | train, locomotive, steam train | 火车, 火车头, 蒸汽火车 | 列
rocket | rocket, spaceship | 火箭 | 枚
airplane | airplane, plane, aeroplane | 飞机 | 架
helicopter | helicopter | 直升机, 直升飞机 | 架
sailboat | sailboat, boat, sailing boat | 帆船, 小船 | 艘
ufo | flying saucer, UFO | 飞碟, 不明飞行物 | 个
umbrella | umbrella | 雨伞, 伞 | 把
key | key | 钥匙 | 把
book | book, closed book, red book | 书, 书本 | 本
gift | gift, present, gift box | 礼物, 礼盒 | 份
balloon | balloon, red balloon | 气球, 红气球 | 个
light-bulb | light bulb, bulb | 灯泡, 电灯泡 | 个
candle | candle | 蜡烛 | 根
lantern | lantern, red lantern, paper lantern | 灯笼, 红灯笼 | 个
bell | bell, golden bell | 铃铛, 钟 | 个
alarm-clock | alarm clock, clock | 闹钟, 时钟 | 个
camera | camera | 相机, 照相机 | 台
scissors | pair of scissors/pairs of scissors | 剪刀 | 把
teddy-bear | teddy bear, teddy | 玩具熊, 泰迪熊 | 个
robot | robot | 机器人 | 个
snowman | snowman/snowmen | 雪人 | 个
trophy | trophy, golden cup | 奖杯 | 个
gem | gem, diamond, jewel | 宝石, 钻石 | 颗
top-hat | top hat, black hat | 礼帽, 帽子, 高帽 | 顶
crown | crown, golden crown | 皇冠, 王冠 | 顶
dress | dress | 连衣裙, 裙子 | 条
backpack | backpack, school bag | 背包, 书包 | 个
guitar | guitar | 吉他 | 把
drum | drum | 鼓 | 面
football | football, soccer ball | 足球 | 个
basketball | basketball | 篮球 | 个
kite | kite | 风筝 | 只
star | star, golden star | 星星, 五角星 | 颗
rainbow | rainbow | 彩虹 | 道
cloud | cloud | 云, 云朵, 白云 | 朵
volcano | volcano/volcanoes | 火山 | 座
fire | fire, flame, campfire | 火, 火焰 | 团
snowflake | snowflake | 雪花 | 片
"""

# Places: how a sentence puts something there. The first phrase is the plain one, the last names the place alone.
ENGLISH_PLACES = {
    "night": ("under the night sky", "in the moonlight", "at night", "under the stars", "under a starry sky")
    + ("by moonlight", "in the dark night", "beneath the moon", "under the moon", "on a starry night", "night sky"),
    "snow": (
        "in the snow",
        "on the snow",
        "on snowy ground",
        "in a snowy field",
        "on a field of snow",
        "in winter snow",
    )
    + ("on white snow", "snow"),
    "beach": ("on the beach", "on a beach", "at the beach", "on a sandy beach", "at the seaside", "on the shore")
    + ("beach",),
    "grass": ("on green grass", "on the grass", "on a meadow", "in a green field", "on the lawn", "in the grass")
    + ("in a meadow", "grass"),
    "desert": ("in the desert", "in a hot desert", "on a sand dune", "among the dunes", "in a dry desert", "desert"),
    "forest": ("in the forest", "in a forest", "in the woods", "deep in the forest", "in a dark forest", "forest"),
    "sea": ("in the deep sea", "under the sea", "underwater", "in the ocean", "at the bottom of the sea")
    + ("deep under water", "in blue water", "deep sea"),
    "city": ("in the city", "in a city", "in the big city", "on a city street", "in town", "downtown", "in the street")
    + ("city",),
    "room": ("in a room", "in the room", "inside a room", "indoors", "at home", "in the living room", "room"),
    "sunset": ("at sunset", "in the sunset", "at dusk", "under the setting sun", "in the evening glow")
    + ("in front of a sunset", "sunset"),
}
CHINESE_PLACES = {
    "night": ("夜空下", "月光下", "星空下", "夜色中", "夜晚", "夜里", "月亮下", "繁星下", "深夜里", "夜空"),
    "snow": ("雪地上", "雪地里", "雪中", "白雪上", "冰天雪地里", "雪原上", "雪地"),
    "beach": ("沙滩上", "海滩上", "海边", "海滩边", "海岸上", "沙滩"),
    "grass": ("草地上", "绿色的草地上", "草坪上", "草原上", "绿草地上", "青草上", "草地"),
    "desert": ("沙漠里", "沙漠中", "沙丘上", "大漠中", "炎热的沙漠里", "沙漠"),
    "forest": ("森林里", "树林里", "森林中", "林中", "茂密的森林里", "森林"),
    "sea": ("海底", "深海里", "海里", "水下", "大海深处", "海洋里", "蓝色的海水里", "深海"),
    "city": ("城市里", "城市中", "街道上", "大街上", "都市里", "街上", "城里", "城市"),
    "room": ("房间里", "屋子里", "室内", "房间中", "家里", "屋里", "房间"),
    "sunset": ("夕阳下", "日落时", "晚霞中", "落日下", "黄昏时", "傍晚", "夕阳"),
}


def plural(noun: str) -> str:
    """The regular English plural of a noun phrase's last word."""
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return f"{noun}es"
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def _english(cell: str) -> tuple[str, str]:
    singular, _, written = cell.strip().partition("/")
    return singular, written or plural(singular)


def _parse() -> dict[str, Names]:
    table = {}
    for line in _TABLE.strip().splitlines():
        name, english, chinese, measure = (cell.strip() for cell in line.split("|"))
        pairs = tuple(_english(cell) for cell in english.split(","))
        table[name] = Names(pairs, tuple(cell.strip() for cell in chinese.split(",")), measure)
    return table


NAMES = _parse()
