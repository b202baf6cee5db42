package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderParityTest {

    /** Our WebP decoder repeats chroma samples where Pillow's interpolates them, so only brightness is compared. */
    private static final int LOSSY_WEBP_LUMA_TOLERANCE = 5;

    static List<String> files() {
        return Goldens.inputs().stream()
                .filter(name -> !name.startsWith("scaled"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void showsWhatPillowShows(String name) {
        Picture picture = Goldens.decoded(name);
        Picture expected = Goldens.expected(name);
        assertThat(picture.width()).isEqualTo(expected.width());
        assertThat(picture.height()).isEqualTo(expected.height());
        if (name.startsWith("webp-lossy")) {
            assertThat(Goldens.lumaDifference(picture, expected)).isLessThanOrEqualTo(LOSSY_WEBP_LUMA_TOLERANCE);
        } else {
            assertThat(picture).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 33})
    void readsInterlacedPngOfAnySize(int width) throws IOException {
        Picture picture = Pictures.random(width, 11, 3);
        BufferedImage image = new BufferedImage(width, 11, BufferedImage.TYPE_3BYTE_BGR);
        Pictures.copy(picture, image.getRaster());
        Picture decoded = new PictureDecoder(PictureLimits.DEFAULT).decode(png(image, true));
        assertThat(decoded).usingRecursiveComparison().isEqualTo(picture);
    }

    @Test
    void keepsTheUpperByteOfSixteenBits() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        WritableRaster raster = image.getRaster();
        raster.setSample(0, 0, 0, 0x12ff);
        raster.setSample(1, 0, 0, 0xff00);
        Picture picture = new PictureDecoder(PictureLimits.DEFAULT).decode(png(image, false));
        assertThat(picture.rgb()).containsExactly(0x12, 0x12, 0x12, 0xff, 0xff, 0xff);
    }

    private static byte[] png(BufferedImage image, boolean interlaced) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam options = writer.getDefaultWriteParam();
        options.setProgressiveMode(interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(file)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), options);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }
}
