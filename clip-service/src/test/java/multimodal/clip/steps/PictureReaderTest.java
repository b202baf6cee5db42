package multimodal.clip.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import multimodal.clip.testing.TestPictures;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.repository.Preprocessing.Fit;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import org.junit.jupiter.api.Test;

class PictureReaderTest {

    private static final Preprocessing HALF = preprocessing(8, Fit.COVER);

    private final PictureReader reader = new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 1);

    @Test
    void pictureOfAnySizeBecomesTheModelsSquare() {
        List<PictureFile> pictures =
                List.of(new PictureFile("a", TestPictures.png(20, 10, 0xff0000)), file("b", TestPictures.png(3, 9, 0)));

        Tensor pixels = reader.read(pictures, HALF);

        assertThat(pixels.shape()).isEqualTo(Shape.of(2, 3, 8, 8));
        assertThat(pixels.floats()[0]).isCloseTo(1, within(1e-6f));
        assertThat(pixels.floats()[64]).isCloseTo(-1, within(1e-6f));
    }

    @Test
    void stretchedPictureIsSeenToItsEdges() {
        byte[] wide = TestPictures.pair(0xff0000, 0x00ff00);

        float[] covered = reader.read(List.of(file("a", wide)), preprocessing(1, Fit.COVER))
                .floats();
        float[] stretched = reader.read(List.of(file("a", wide)), preprocessing(1, Fit.STRETCH))
                .floats();

        assertThat(covered).containsExactly(1, -1, -1);
        assertThat(stretched[0]).isCloseTo(stretched[1], within(0.02f));
    }

    @Test
    void everyUnreadablePictureIsNamed() {
        List<PictureFile> pictures = List.of(
                file("images[0]", TestPictures.truncatedPng()),
                file("images[1]", TestPictures.png(2, 2, 0)),
                file("images[2]", TestPictures.bomb()),
                file("images[3]", TestPictures.textFile()));

        assertThatExceptionOfType(PictureFaults.class)
                .isThrownBy(() -> reader.read(pictures, HALF))
                .satisfies(faults -> assertThat(faults.faults())
                        .extracting(PictureFaults.Fault::field)
                        .containsExactly("images[0]", "images[2]", "images[3]"));
    }

    private static Preprocessing preprocessing(int size, Fit fit) {
        return new Preprocessing(size, fit, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));
    }

    private static PictureFile file(String field, byte[] bytes) {
        return new PictureFile(field, bytes);
    }
}
