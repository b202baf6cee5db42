package multimodal.image.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import multimodal.inference.testing.GoldenTensors;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CropRegionTest {

    private static final int SIDE = 8;

    @ParameterizedTest
    @MethodSource("diffusersCases")
    void theRegionIsThatOfDiffusers(JsonNode golden) {
        int width = golden.required("width").asInt();
        Mask mask = box(width, golden.required("height").asInt(), corners(golden, "box"));
        int[] region = corners(golden, "region");
        assertThat(CropRegion.around(mask, golden.required("padding").asInt()))
                .contains(new CropRegion(region[0], region[1], region[2] - region[0], region[3] - region[1]));
    }

    static List<JsonNode> diffusersCases() {
        return GoldenTensors.read("crop").cases(null);
    }

    @Test
    void aMaskThatPaintsNothingHasNone() {
        assertThat(CropRegion.around(new Mask(2, 2, new boolean[4]), 1)).isEmpty();
    }

    @Test
    void aHoleInAPartIsPaintedEnlargedAndPutBack() {
        Picture picture = picture();
        Mask mask = box(SIDE, SIDE, 2, 2, 4, 4);
        Hole hole = Hole.within(CropRegion.around(mask, 1).orElseThrow(), picture, mask);

        assertThat(hole.picture().width()).isEqualTo(SIDE);
        assertThat(painted(hole.mask()))
                .as("half of each side of 4 x 4, enlarged")
                .isEqualTo(16);

        Picture finished = hole.finish(white());
        for (int i = 0; i < finished.rgb().length; i++) {
            boolean isInside = mask.painted()[i / 3];
            assertThat(finished.rgb()[i]).isEqualTo(isInside ? (byte) 255 : picture.rgb()[i]);
        }
    }

    @Test
    void whatLiesOutsideOfTheMaskIsNotChangedByEnlarging() {
        Picture picture = picture();
        Mask mask = box(SIDE, SIDE, 0, 0, 1, 1);
        Hole hole = Hole.within(CropRegion.around(mask, 2).orElseThrow(), picture, mask);
        Picture finished = hole.finish(hole.picture());
        assertThat(Arrays.copyOfRange(finished.rgb(), 3, finished.rgb().length))
                .containsExactly(Arrays.copyOfRange(picture.rgb(), 3, picture.rgb().length));
    }

    private static int painted(Mask mask) {
        int count = 0;
        for (boolean pixel : mask.painted()) {
            count += pixel ? 1 : 0;
        }
        return count;
    }

    private static Picture picture() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (37 * i);
        }
        return new Picture(SIDE, SIDE, rgb);
    }

    private static Picture white() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        Arrays.fill(rgb, (byte) 255);
        return new Picture(SIDE, SIDE, rgb);
    }

    private static int[] corners(JsonNode golden, String key) {
        JsonNode sides = golden.required(key);
        return new int[] {
            sides.get(0).asInt(),
            sides.get(1).asInt(),
            sides.get(2).asInt(),
            sides.get(3).asInt()
        };
    }

    private static Mask box(int width, int height, int... corners) {
        boolean[] painted = new boolean[width * height];
        for (int y = corners[1]; y < corners[3]; y++) {
            Arrays.fill(painted, y * width + corners[0], y * width + corners[2], true);
        }
        return new Mask(width, height, painted);
    }
}
