package multimodal.clip.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.tensor.Tensor;
import multimodal.media.BoundedDecoder;
import multimodal.media.MediaException;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureScaler;
import multimodal.media.PixelValues;

/** Picture files to what a vision network reads. Thread-safe. */
public final class PictureReader {

    private static final int CHANNELS = 3;

    private final BoundedDecoder decoder;

    /** @param concurrency pictures that are whole in memory at once, at least 1 */
    public PictureReader(PictureDecoder decoder, int concurrency) {
        this.decoder = new BoundedDecoder(decoder, concurrency);
    }

    /**
     * Reads pictures, each made the model's square as its manifest says.
     *
     * @param pictures at least 1
     * @return float32 (pictures, 3, size, size), normalised as the model wants it
     * @throws PictureFaults with every picture that cannot be read
     */
    public Tensor read(List<PictureFile> pictures, Preprocessing preprocessing) {
        List<Tensor> read = new ArrayList<>();
        List<PictureFaults.Fault> faults = decodeAll(pictures, picture -> read.add(pixels(picture, preprocessing)));
        if (!faults.isEmpty()) {
            throw new PictureFaults(faults);
        }
        return Tensor.concatenateRows(read);
    }

    /** What is wrong with each of {@code pictures} that cannot be read. */
    public List<PictureFaults.Fault> faults(List<PictureFile> pictures) {
        return decodeAll(pictures, picture -> picture);
    }

    private List<PictureFaults.Fault> decodeAll(List<PictureFile> pictures, Function<Picture, ?> use) {
        List<PictureFaults.Fault> faults = new ArrayList<>();
        for (PictureFile picture : pictures) {
            try {
                decoder.decode(picture.bytes(), use);
            } catch (MediaException e) {
                faults.add(new PictureFaults.Fault(picture.field(), e.found(), e.expected()));
            }
        }
        return faults;
    }

    private static Tensor pixels(Picture picture, Preprocessing preprocessing) {
        int size = preprocessing.imageSize();
        Picture square =
                switch (preprocessing.fit()) {
                    case COVER -> PictureScaler.coverSquare(picture, size);
                    case STRETCH -> PictureScaler.resize(picture, size, size);
                };
        float[] values = PixelValues.normalized(square, preprocessing.mean(), preprocessing.std());
        return Tensor.of(values, 1, CHANNELS, size, size);
    }
}
