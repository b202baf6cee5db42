package multimodal.image.pipeline;

import multimodal.media.EdgeDetector;
import multimodal.media.EdgeOptions;
import multimodal.media.Picture;
import multimodal.media.PngEncoder;

/** Pictures to their edges: what a ControlNet that was trained for them takes. Thread-safe. */
public final class EdgeDetection {

    /** White lines on black as PNG, of the picture's size. */
    public byte[] detect(Picture picture, EdgeOptions options) {
        return PngEncoder.encode(EdgeDetector.edges(picture, options));
    }
}
