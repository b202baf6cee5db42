package multimodal.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;

class HalfBlocksTest {

    private static final byte FULL = (byte) 255;

    @Test
    void eachCharacterShowsTwoPixels() {
        Picture redOverBlue = new Picture(1, 2, new byte[] {FULL, 0, 0, 0, 0, FULL});
        assertThat(HalfBlocks.draw(redOverBlue, 1))
                .containsExactly("\u001b[38;2;255;0;0m\u001b[48;2;0;0;255m▀\u001b[0m");
    }

    @Test
    void aColourIsWrittenOnceForItsRun() {
        Picture black = new Picture(2, 2, new byte[12]);
        assertThat(HalfBlocks.draw(black, 2)).containsExactly("\u001b[38;2;0;0;0m\u001b[48;2;0;0;0m▀▀\u001b[0m");
    }

    @Test
    void pixelsAreAveragedOverTheirArea() {
        Picture checkers = new Picture(2, 2, new byte[] {FULL, FULL, FULL, 0, 0, 0, 0, 0, 0, FULL, FULL, FULL});
        assertThat(HalfBlocks.draw(checkers, 1).get(0)).contains("38;2;127;127;127m");
    }

    @Test
    void aPictureKeepsItsProportions() {
        List<String> wide = HalfBlocks.draw(new Picture(64, 32, new byte[3 * 64 * 32]), 32);
        assertThat(wide).hasSize(8);
        assertThat(HalfBlocks.draw(new Picture(2, 2, new byte[12]), 6)).hasSize(3);
    }
}
