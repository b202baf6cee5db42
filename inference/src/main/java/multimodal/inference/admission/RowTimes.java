package multimodal.inference.admission;

/** What calibration found out about an artifact: rows in company take less time each than rows alone. */
public interface RowTimes {

    /** Rows that one call takes at the most. */
    int maxRows();

    /**
     * The time of one row of the usual size.
     *
     * @param rows in its call, at least 1; more than {@link #maxRows} are several full calls
     */
    double nanosPerRow(int rows);

    /**
     * What reading a prompt weighs beside a row.
     *
     * @param tokens ids with their padding, at least 1
     * @return units, at least 1
     */
    default double promptUnits(int tokens) {
        return 1;
    }
}
