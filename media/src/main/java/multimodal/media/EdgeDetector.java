package multimodal.media;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Edges by Canny's method (1986), by OpenCV itself: pixel for pixel what {@code cv2.Canny} makes of the same RGB pixels,
 * colours included (of each pixel the channel with the largest gradient counts). Needs OpenCV's natives, which the module
 * that uses it declares; they are loaded with the first picture.
 */
public final class EdgeDetector {

    private static final int CHANNELS = 3;

    static {
        // The threads of the service are as many as it may use; OpenCV's own would come on top of them.
        opencv_core.setNumThreads(1);
    }

    private EdgeDetector() {}

    /** White lines on black, of the picture's size. */
    public static Picture edges(Picture picture, EdgeOptions options) {
        try (BytePointer pixels = new BytePointer(picture.rgb());
                Mat source = new Mat(picture.height(), picture.width(), opencv_core.CV_8UC3, pixels);
                Mat edges = new Mat()) {
            opencv_imgproc.Canny(
                    source,
                    edges,
                    options.lowThreshold(),
                    options.highThreshold(),
                    options.apertureSize(),
                    options.isL2Gradient());
            return picture(edges, picture.width(), picture.height());
        }
    }

    private static Picture picture(Mat edges, int width, int height) {
        byte[] grey = new byte[width * height];
        edges.data().get(grey);
        byte[] rgb = new byte[CHANNELS * grey.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = grey[i / CHANNELS];
        }
        return new Picture(width, height, rgb);
    }
}
