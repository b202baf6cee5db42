package multimodal.media;

import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Decodes for many at once. A small file may hold a large picture, so only so many pictures are whole in memory at a time,
 * whatever the number of those who ask; the others wait in their order. Thread-safe.
 */
public final class BoundedDecoder {

    private final PictureDecoder decoder;
    private final Semaphore decoding;

    /** @param concurrency pictures that are whole in memory at once, at least 1 */
    public BoundedDecoder(PictureDecoder decoder, int concurrency) {
        this.decoder = decoder;
        this.decoding = new Semaphore(concurrency, true);
    }

    /**
     * Decodes a file and makes of the picture what the caller keeps.
     *
     * @throws MediaException as {@link PictureDecoder#decode}
     */
    public <T> T decode(byte[] data, Function<Picture, T> use) {
        decoding.acquireUninterruptibly();
        try {
            return use.apply(decoder.decode(data));
        } finally {
            decoding.release();
        }
    }
}
