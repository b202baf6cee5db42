package multimodal.image.steps;

import java.util.Optional;
import multimodal.media.Picture;
import multimodal.media.PictureScaler;

/**
 * The part of a picture around what is painted anew, of the picture's own proportions: what diffusers' {@code
 * padding_mask_crop} paints at full size and then puts back.
 *
 * @param left of its pixels, in the picture
 * @param top of its pixels, in the picture
 * @param width in pixels
 * @param height in pixels
 */
public record CropRegion(int left, int top, int width, int height) {

    /** First and last of what is marked along one side, {@code end} not included. */
    private record Span(int start, int end) {

        int length() {
            return end - start;
        }

        Span padded(int padding, int limit) {
            return new Span(Math.max(start - padding, 0), Math.min(end + padding, limit));
        }

        /** Grown on both sides to {@code wanted}, then moved and cut to what lies in 0 to {@code limit}. */
        Span grown(int wanted, int limit) {
            int more = wanted - length();
            int from = start - more / 2;
            int to = end + more - more / 2;
            int over = Math.max(to - limit, 0);
            from -= over;
            to -= over;
            int under = Math.max(-from, 0);
            return new Span(from + under, Math.min(to + under, limit));
        }
    }

    /**
     * The smallest part that holds all that is painted and {@code padding} pixels around it; empty if nothing is painted.
     * Follows {@code VaeImageProcessor.get_crop_region} of diffusers.
     */
    public static Optional<CropRegion> around(Mask mask, int padding) {
        int left = mask.width();
        int top = mask.height();
        int right = 0;
        int bottom = 0;
        for (int y = 0; y < mask.height(); y++) {
            for (int x = 0; x < mask.width(); x++) {
                if (mask.painted()[y * mask.width() + x]) {
                    left = Math.min(left, x);
                    top = Math.min(top, y);
                    right = Math.max(right, x + 1);
                    bottom = Math.max(bottom, y + 1);
                }
            }
        }
        if (right == 0) {
            return Optional.empty();
        }
        Span across = new Span(left, right).padded(padding, mask.width());
        Span down = new Span(top, bottom).padded(padding, mask.height());
        double proportions = (double) mask.width() / mask.height();
        if ((double) across.length() / down.length() > proportions) {
            down = down.grown((int) (across.length() / proportions), mask.height());
        } else {
            across = across.grown((int) (down.length() * proportions), mask.width());
        }
        return Optional.of(new CropRegion(across.start(), down.start(), across.length(), down.length()));
    }

    /** This part of a picture, scaled to the size of the whole. */
    public Picture enlarged(Picture picture) {
        return PictureScaler.resize(picture.crop(left, top, width, height), picture.width(), picture.height());
    }

    /** This part of a mask, scaled to the size of the whole by the nearest pixel. */
    Mask enlarged(Mask mask) {
        boolean[] painted = new boolean[mask.painted().length];
        for (int i = 0; i < painted.length; i++) {
            int y = top + i / mask.width() * height / mask.height();
            int x = left + i % mask.width() * width / mask.width();
            painted[i] = mask.painted()[y * mask.width() + x];
        }
        return new Mask(mask.width(), mask.height(), painted);
    }

    /** {@code whole} with {@code made}, scaled down, in place of this part. */
    Picture put(Picture made, Picture whole) {
        return whole.with(PictureScaler.resize(made, width, height), left, top);
    }
}
