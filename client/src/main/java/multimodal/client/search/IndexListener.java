package multimodal.client.search;

import java.nio.file.Path;
import java.time.Duration;

/** Is told what becomes of each file, on the thread that called {@link PictureIndexer}. */
public interface IndexListener {

    /** The picture is in the collection and safe on the disk of the fleet. */
    void onIndexed(Path file);

    /** The collection has had the picture, with this content and metadata, before. */
    void onKnown(Path file);

    /** The picture could not be indexed; {@code cause} is one line. */
    void onFailed(Path file, String cause);

    /** The fleet is full and is asked again after {@code delay}. */
    void onRefused(Duration delay);
}
