package multimodal.clip.rpc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import multimodal.clip.index.ImageFilter;
import multimodal.clip.index.MetadataValue;
import multimodal.clip.v1.EqualsFilter;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.FilterList;
import multimodal.clip.v1.InFilter;
import multimodal.clip.v1.RangeFilter;
import multimodal.common.rpc.Violations;

/** A filter of a request as one of the index. What is at fault is told and left out, so the result is good only if nothing is. */
final class FilterRequests {

    private static final int MAX_FILTERS = 64;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 256;
    private static final ImageFilter NOTHING = new ImageFilter.Ids(Set.of());

    private final Violations violations;
    private int filterCount;

    private FilterRequests(Violations violations) {
        this.violations = violations;
    }

    static ImageFilter parse(String field, Filter filter, Violations violations) {
        FilterRequests parser = new FilterRequests(violations);
        ImageFilter parsed = parser.parse(field, filter, 1);
        violations.require(
                parser.filterCount <= MAX_FILTERS,
                field,
                "more than " + MAX_FILTERS,
                "at most " + MAX_FILTERS + " filters in all");
        return parsed;
    }

    private ImageFilter parse(String field, Filter filter, int depth) {
        if (++filterCount > MAX_FILTERS) {
            return NOTHING;
        }
        if (!violations.require(depth <= MAX_DEPTH, field, depth + " levels", "at most " + MAX_DEPTH)) {
            return NOTHING;
        }
        return switch (filter.getFilterCase()) {
            case EQUALS -> equal(field + ".equals", filter.getEquals());
            case IN -> in(field + ".in", filter.getIn());
            case RANGE -> range(field + ".range", filter.getRange());
            case ALL_OF -> new ImageFilter.AllOf(list(field + ".all_of", filter.getAllOf(), depth));
            case ANY_OF -> new ImageFilter.AnyOf(list(field + ".any_of", filter.getAnyOf(), depth));
            case NOT -> new ImageFilter.Not(parse(field + ".not", filter.getNot(), depth + 1));
            case FILTER_NOT_SET -> {
                violations.add(field, "nothing", "equals, in, range, all_of, any_of or not");
                yield NOTHING;
            }
        };
    }

    private List<ImageFilter> list(String field, FilterList list, int depth) {
        List<ImageFilter> parsed = new ArrayList<>();
        violations.require(list.getFiltersCount() > 0, field, "no filters", "1 or more");
        for (int index = 0; index < list.getFiltersCount() && filterCount <= MAX_FILTERS; index++) {
            parsed.add(parse("%s.filters[%d]".formatted(field, index), list.getFilters(index), depth + 1));
        }
        return parsed;
    }

    private ImageFilter equal(String field, EqualsFilter filter) {
        MetadataMessages.requireKey(field + ".key", filter.getKey(), violations);
        return new ImageFilter.In(
                filter.getKey(), Set.of(MetadataMessages.value(field + ".value", filter.getValue(), violations)));
    }

    private ImageFilter in(String field, InFilter filter) {
        MetadataMessages.requireKey(field + ".key", filter.getKey(), violations);
        Set<MetadataValue> values = new HashSet<>();
        if (violations.require(
                filter.getValuesCount() > 0 && filter.getValuesCount() <= MAX_VALUES,
                field + ".values",
                filter.getValuesCount() + " items",
                "1 to " + MAX_VALUES)) {
            for (int index = 0; index < filter.getValuesCount(); index++) {
                values.add(MetadataMessages.value(
                        "%s.values[%d]".formatted(field, index), filter.getValues(index), violations));
            }
        }
        return new ImageFilter.In(filter.getKey(), values);
    }

    private ImageFilter range(String field, RangeFilter filter) {
        MetadataMessages.requireKey(field + ".key", filter.getKey(), violations);
        violations.require(filter.hasMin() || filter.hasMax(), field, "no bound", "min, max or both");
        violations.require(!Double.isNaN(filter.getMin()), field + ".min", filter.getMin(), "a number");
        violations.require(!Double.isNaN(filter.getMax()), field + ".max", filter.getMax(), "a number");
        double min = filter.hasMin() ? filter.getMin() : Double.NEGATIVE_INFINITY;
        double max = filter.hasMax() ? filter.getMax() : Double.POSITIVE_INFINITY;
        return new ImageFilter.Range(
                filter.getKey(),
                filter.getMinExcluded() ? Math.nextUp(min) : min,
                filter.getMaxExcluded() ? Math.nextDown(max) : max);
    }
}
