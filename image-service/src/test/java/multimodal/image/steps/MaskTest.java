package multimodal.image.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskTest {

    @ParameterizedTest
    @CsvSource({
        "127,127,127,false",
        "128,128,128,true",
        "255,0,0,false",
        "0,255,0,true",
        "0,0,255,false",
        "255,255,255,true"
    })
    void aPixelIsPaintedWhereItIsNearerToWhite(int red, int green, int blue, boolean painted) {
        Mask mask = Mask.of(new Picture(1, 1, new byte[] {(byte) red, (byte) green, (byte) blue}));
        assertThat(mask.painted()).containsExactly(painted);
    }

    @Test
    void aCellIsPaintedIfThePixelInItsCornerIs() {
        boolean[] painted = new boolean[8 * 4];
        painted[0] = true;
        painted[5] = true;
        Tensor cells = new Mask(8, 4, painted).cells(4);
        assertThat(cells.shape().dimensions()).containsExactly(1, 1, 1, 2);
        assertThat(cells.floats()).containsExactly(1, 0);
    }

    @Test
    void whatIsPaintedIsGreyInWhatIsKept() {
        Tensor image = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 1, 3, 1, 2);
        Tensor kept = new Mask(2, 1, new boolean[] {true, false}).kept(image);
        assertThat(kept.floats()).containsExactly(0, 2, 0, 4, 0, 6);
        assertThat(image.floats()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aBlendHasThePixelsOfEachOnItsSide() {
        Picture original = filled(1);
        Picture blend = new Mask(2, 1, new boolean[] {true, false}).blend(original, filled(9));
        assertThat(blend.rgb()).containsExactly(9, 9, 9, 1, 1, 1);
        assertThat(original.rgb()).containsOnly(1);
    }

    @Test
    void aHoleIsAsLargeAsItsPicture() {
        InferenceException failure =
                catchThrowableOfType(InferenceException.class, () -> new Hole(filled(1), Mask.everywhere(2, 2), true));
        assertThat(failure).hasMessage("mask: 2x2 pixels (expected: 2x1 pixels)");
    }

    private static Picture filled(int level) {
        byte[] rgb = new byte[6];
        Arrays.fill(rgb, (byte) level);
        return new Picture(2, 1, rgb);
    }
}
