"""The Upload Numbers dialog as an object: started, filled, judged, submitted."""
