package multimodal.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisplayWidthTest {

    @Test
    void latinTakesOneColumnAndChineseTwo() {
        assertThat(DisplayWidth.of("castle")).isEqualTo(6);
        assertThat(DisplayWidth.of("古堡")).isEqualTo(4);
        assertThat(DisplayWidth.of("全角！")).isEqualTo(6);
    }

    @Test
    void emojiTakeTwoColumnsAndCombiningMarksNone() {
        assertThat(DisplayWidth.of("🏰")).isEqualTo(2);
        assertThat(DisplayWidth.of("e\u0301")).isEqualTo(1);
    }

    @Test
    void paddingCountsColumnsAndNotCharacters() {
        assertThat(DisplayWidth.padRight("古堡", 6)).isEqualTo("古堡  ");
        assertThat(DisplayWidth.padLeft("古堡", 6)).isEqualTo("  古堡");
        assertThat(DisplayWidth.padRight("castle", 3)).isEqualTo("castle");
    }

    @Test
    void englishBreaksAtBlanks() {
        assertThat(DisplayWidth.wrap("a castle under the night sky", 12))
                .containsExactly("a castle", "under the", "night sky");
    }

    @Test
    void chineseBreaksBetweenCharacters() {
        assertThat(DisplayWidth.wrap("一座神秘的古堡在月光下", 8)).containsExactly("一座神秘", "的古堡在", "月光下");
    }

    @Test
    void aWordWiderThanTheLineIsCut() {
        assertThat(DisplayWidth.wrap("incomprehensibilities", 8)).containsExactly("incompre", "hensibil", "ities");
    }

    @Test
    void lineEndsStayAndBlankTextHasNoLine() {
        assertThat(DisplayWidth.wrap("one\ntwo", 20)).containsExactly("one", "two");
        assertThat(DisplayWidth.wrap("  ", 20)).isEmpty();
    }
}
