package multimodal.gateway.workflow;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import java.util.List;

/**
 * What a call costs, told from its settings before it runs: a base times every factor.
 *
 * @param base units of about one row of the usual size through the model once
 */
public record NodeCost(int base, List<Factor> factors) {
    static final NodeCost NONE = new NodeCost(0, List.of());

    /** Beyond it settings are out of their range anyway, and sums stay far from overflow. */
    private static final long MOST = 1_000_000_000L;

    /** A number of the request, and what counts where it is not set. */
    record Factor(FieldPath field, int defaultValue) {
        long of(Message settings) {
            long value = field.get(settings)
                    .map(found -> ((Number) found).longValue())
                    .orElse((long) defaultValue);
            return Math.max(1, value);
        }
    }

    static NodeCost of(multimodal.common.v1.NodeCost options, Descriptor request) {
        List<Factor> factors = options.getFactorsList().stream()
                .map(factor -> new Factor(FieldPath.of(request, factor.getField()), factor.getDefaultValue()))
                .toList();
        return new NodeCost(options.getBase(), factors);
    }

    /** What a call with {@code settings} costs, 0 to 1e9. */
    long of(Message settings) {
        long cost = base;
        for (Factor factor : factors) {
            cost = Math.min(MOST, cost * Math.min(MOST, factor.of(settings)));
        }
        return cost;
    }
}
