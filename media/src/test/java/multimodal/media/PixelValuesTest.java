package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class PixelValuesTest {

    @Test
    void normalizesChannelByChannel() {
        Picture picture = new Picture(2, 1, new byte[] {0, 51, (byte) 255, 102, (byte) 204, 0});
        float[] values = PixelValues.normalized(picture, List.of(0f, 0.2f, 0.5f), List.of(1f, 2f, 0.5f));
        float[] expected = {0f, 0.4f, 0f, 0.3f, 1f, -1f};
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], offset(1e-6f));
        }
    }

    @Test
    void drawsMinusOneToOneAndCutsBeyond() {
        float[] values = {9f, -1f, 1f, -2f, 0f, 2f, Float.NaN};
        Picture picture = PixelValues.picture(values, 1, 1, 2);
        assertThat(picture.rgb()).containsExactly(0, 0, 255, 255, 128, 0);
    }

    @Test
    void picturesComeBackThroughSignedValues() {
        Picture picture = Pictures.random(16, 16, 3);
        float[] values = PixelValues.normalized(picture, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));
        assertThat(PixelValues.picture(values, 0, 16, 16).rgb()).isEqualTo(picture.rgb());
    }
}
