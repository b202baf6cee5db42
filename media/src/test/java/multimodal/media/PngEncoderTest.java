package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngEncoderTest {

    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);

    @Test
    void randomPicturesComeBackPixelForPixel() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            Picture picture = Pictures.random(1 + random.nextInt(40), 1 + random.nextInt(40), round);
            assertThat(DECODER.decode(PngEncoder.encode(picture)))
                    .usingRecursiveComparison()
                    .isEqualTo(picture);
        }
    }

    @Test
    void samePictureGivesSameBytes() {
        Picture picture = Pictures.random(64, 48, 1);
        assertThat(PngEncoder.encode(picture)).isEqualTo(PngEncoder.encode(picture));
    }

    @Test
    void anotherReaderSeesTheSamePixels() throws IOException {
        Picture picture = Pictures.random(13, 9, 2);
        var image = ImageIO.read(new ByteArrayInputStream(PngEncoder.encode(picture)));
        assertThat(image.getRGB(5, 3) & 0xffffff).isEqualTo(pixel(picture, 5, 3));
        assertThat(image.getRGB(12, 8) & 0xffffff).isEqualTo(pixel(picture, 12, 8));
    }

    @Test
    void smoothPicturesAreSmall() {
        byte[] rgb = new byte[3 * 128 * 128];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 128 + i / (3 * 128));
        }
        assertThat(PngEncoder.encode(new Picture(128, 128, rgb)).length).isLessThan(2_000);
    }

    private static int pixel(Picture picture, int x, int y) {
        int index = 3 * (y * picture.width() + x);
        byte[] rgb = picture.rgb();
        return (rgb[index] & 0xff) << 16 | (rgb[index + 1] & 0xff) << 8 | rgb[index + 2] & 0xff;
    }
}
