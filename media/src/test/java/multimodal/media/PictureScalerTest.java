package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureScalerTest {

    @ParameterizedTest
    @CsvSource({"23,16", "17,64", "128,128", "46,7", "5,31"})
    void scalesExactlyAsPillow(int width, int height) {
        Picture scaled = PictureScaler.resize(Goldens.decoded("scaled.png"), width, height);
        Picture expected = Goldens.decoded("scaled-%dx%d.expected.png".formatted(width, height));
        assertThat(scaled).usingRecursiveComparison().isEqualTo(expected);
    }

    @Test
    void coversASquareFromTheMiddle() {
        byte[] rgb = new byte[3 * 4 * 2];
        for (int x = 0; x < 4; x++) {
            rgb[3 * x] = (byte) (10 * x);
            rgb[3 * (4 + x)] = (byte) (10 * x);
        }
        Picture square = PictureScaler.coverSquare(new Picture(4, 2, rgb), 2);
        assertThat(square.rgb()).containsExactly(10, 0, 0, 20, 0, 0, 10, 0, 0, 20, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,50", "50,1", "33,64", "64,64"})
    void coversASquareFromAnyProportions(int width, int height) {
        Picture square = PictureScaler.coverSquare(Pictures.random(width, height, 4), 16);
        assertThat(square.width()).isEqualTo(16);
        assertThat(square.height()).isEqualTo(16);
    }
}
