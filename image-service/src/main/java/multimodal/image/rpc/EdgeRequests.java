package multimodal.image.rpc;

import static multimodal.media.EdgeOptions.MAX_THRESHOLD;

import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.media.EdgeOptions;

/** Requests for edges to options. */
final class EdgeRequests {

    private EdgeRequests() {}

    /** The options of a request, defaults filled in; empty if there was a violation. */
    static Optional<EdgeOptions> options(DetectEdgesRequest request, Violations violations) {
        EdgeOptions usual = EdgeOptions.DEFAULT;
        float low = request.hasLowThreshold() ? request.getLowThreshold() : usual.lowThreshold();
        float high = request.hasHighThreshold() ? request.getHighThreshold() : usual.highThreshold();
        int aperture = request.hasApertureSize() ? request.getApertureSize() : usual.apertureSize();
        violations.requireRange("low_threshold", low, 0, MAX_THRESHOLD);
        violations.requireRange("high_threshold", high, 0, MAX_THRESHOLD);
        violations.require(!(low > high), "low_threshold", low, "at most high_threshold, " + high);
        violations.require(EdgeOptions.isAperture(aperture), "aperture_size", aperture, "3, 5 or 7");
        return violations.isEmpty()
                ? Optional.of(new EdgeOptions(low, high, aperture, request.getL2Gradient()))
                : Optional.empty();
    }
}
